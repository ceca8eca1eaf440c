<?php
// Tries to reach a file outside the jail, in many spellings: what was read of each.
// SPDX-License-Identifier: Apache-2.0
$tree = dirname($_SERVER['DOCUMENT_ROOT'], 2);
$up = str_repeat('../', 12);
$paths = ["$tree/canary", "$tree/jail/../canary", "$tree/jail/htdocs/../../canary",
    "$tree//./jail/..//canary", '../../canary', "$up$tree/canary", "/$up$tree/canary",
    "file://$tree/canary", "/proc/1/root$tree/canary", "/proc/self/cwd/../../canary",
    "$tree/jail/data/link-to-canary", '/etc/debian_version',
    "$tree/jail/../../../etc/debian_version"];
@symlink("$tree/canary", "$tree/jail/data/link-to-canary");
ob_start();
$included = @include "$tree/canary";
$included .= ob_get_clean();
$read = [];
foreach ($paths as $path) {
    $file = @fopen($path, 'r');
    $read[$path] = $file ? fgets($file) : false;
}
echo json_encode([
    'read' => $read,
    'seen' => file_exists("$tree/canary"),
    'included' => $included,
    'written' => @file_put_contents("$tree/tmp", 'text'),
    'listed' => @scandir($tree),
    'working_directory' => @chdir($tree),
    'renamed' => @rename("$tree/canary", "$tree/jail/data/canary"),
    'copied' => @copy("$tree/canary", "$tree/jail/data/canary"),
]);
