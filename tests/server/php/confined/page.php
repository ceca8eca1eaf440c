<?php
// What open_basedir lets be included.
// SPDX-License-Identifier: Apache-2.0
return 'a page';
