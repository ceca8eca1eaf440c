<?php
// The names that PHP has for this page, its directory and the directories above.
// SPDX-License-Identifier: Apache-2.0
$ancestors = [];
for ($path = __DIR__; $path !== '/'; $path = dirname($path)) {
    $ancestors[$path] = [realpath($path), is_dir($path)];
}
echo json_encode([
    'file' => __FILE__,
    'directory' => __DIR__,
    'working_directory' => getcwd(),
    'document_root' => $_SERVER['DOCUMENT_ROOT'],
    'script' => $_SERVER['SCRIPT_FILENAME'],
    'realpath' => realpath('paths.php'),
    'realpath_with_dots' => realpath('./included/../paths.php'),
    'realpath_of_nothing' => realpath('none.php'),
    'included' => get_included_files(),
    'ancestors' => $ancestors,
]);
