<?php
// Counts how often it is loaded.
$GLOBALS['loaded'] = ($GLOBALS['loaded'] ?? 0) + 1;
return __FILE__;
