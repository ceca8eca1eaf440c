<?php
// Counts how often it is loaded.
// SPDX-License-Identifier: Apache-2.0
$GLOBALS['loaded'] = ($GLOBALS['loaded'] ?? 0) + 1;
return __FILE__;
