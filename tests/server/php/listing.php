<?php
// Directories, read in each way that PHP has.
// SPDX-License-Identifier: Apache-2.0
$directory = __DIR__ . '/included';
$info = new SplFileInfo('included/../included/counted.php');
$entries = [];
$handle = opendir($directory);
while (($name = readdir($handle)) !== false) {
    $entries[] = $name;
}
closedir($handle);
sort($entries);
$files = [];
$iterator = new RecursiveDirectoryIterator("$directory/../included", FilesystemIterator::SKIP_DOTS);
foreach (new RecursiveIteratorIterator($iterator, RecursiveIteratorIterator::SELF_FIRST) as $file) {
    $files[$file->getPathname()] = [$file->getRealPath(), $file->getType()];
}
echo json_encode([
    'glob' => glob("$directory/*.php"),
    'glob_relative' => glob('included/*.php'),
    'glob_braces' => glob(__DIR__ . '/{included,none,confined-beside}/*.{php,txt}', GLOB_BRACE),
    'glob_directories' => glob(dirname(__DIR__) . '/htd*', GLOB_ONLYDIR | GLOB_MARK),
    'glob_of_nothing' => glob("$directory/*.none"),
    'glob_stream' => iterator_to_array(new GlobIterator("$directory/*.php",
        FilesystemIterator::KEY_AS_FILENAME | FilesystemIterator::CURRENT_AS_PATHNAME)),
    'scandir' => scandir($directory),
    'scandir_of_nothing' => @scandir(__DIR__ . '/none'),
    'readdir' => $entries,
    'recursive' => $files,
    'info' => [$info->getRealPath(), $info->getPathname(), $info->getType(), $info->isReadable()],
    'first' => file($info->openFile()->getPathname())[0],
]);
