<?php
// What open_basedir does not let be included, and no other page includes: a worker that has it in
// its opcode cache would include it for all that.
// SPDX-License-Identifier: Apache-2.0
return 'a page';
