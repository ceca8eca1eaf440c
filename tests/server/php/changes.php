<?php
// Makes, changes and removes files by their outside paths; answers the steps that failed.
// SPDX-License-Identifier: Apache-2.0
$data = dirname($_SERVER['DOCUMENT_ROOT']) . '/data';
$steps = [
    'make a directory' => fn () => mkdir("$data/one/two", 0755, true),
    'write' => fn () => file_put_contents("$data/one/file", 'text') === 4,
    'append' => fn () => file_put_contents("$data/one/file", 'more', FILE_APPEND | LOCK_EX) === 4,
    'read' => fn () => file_get_contents("$data/one/file") === 'textmore',
    'is writable' => fn () => is_writable("$data/one/file") && is_writable("$data/one"),
    'is not writable' => fn () => !is_writable(__FILE__) && !is_writable("$data/../htdocs"),
    'rename' => fn () => rename("$data/one/file", "$data/one/two/renamed"),
    'copy' => fn () => copy("$data/one/two/renamed", "$data/one/copy"),
    'times' => fn () => touch("$data/one/copy", 1000, 2000)
        && filemtime("$data/one/copy") === 1000,
    'mode' => fn () => chmod("$data/one/copy", 0600)
        && (fileperms("$data/one/copy") & 0777) === 0600,
    'link' => fn () => link("$data/one/copy", "$data/one/linked")
        && stat("$data/one/copy")['nlink'] === 2,
    'symlink' => fn () => symlink('two/renamed', "$data/one/symbolic"),
    'readlink' => fn () => readlink("$data/one/symbolic") === 'two/renamed',
    'is link' => fn () => is_link("$data/one/symbolic")
        && lstat("$data/one/symbolic")['size'] === 11,
    'through link' => fn () => file_get_contents("$data/one/symbolic") === 'textmore',
    'real path of link' => fn () => realpath("$data/one/symbolic") === "$data/one/two/renamed",
    'text of an absolute link' => fn () => symlink("$data/one/copy", "$data/one/absolute")
        && readlink("$data/one/absolute") === "$data/one/copy",
    'working directory' => fn () => chdir("$data/one/two") && getcwd() === "$data/one/two",
    'relative' => fn () => file_get_contents('renamed') === 'textmore' && unlink('../copy'),
    'working directory above' => fn () => chdir('..') && getcwd() === "$data/one",
    'truncate' => fn () => ($file = fopen("$data/one/linked", 'r+')) && ftruncate($file, 1)
        && fstat($file)['size'] === 1,
    'space' => fn () => disk_free_space($data) > 0
        && disk_total_space($data) > disk_free_space($data),
    'stream' => fn () => stream_get_contents(fopen("file://$data/one/linked", 'r')) === 't',
    'remove' => fn () => unlink("$data/one/two/renamed") && unlink("$data/one/symbolic")
        && unlink("$data/one/linked") && unlink("$data/one/absolute"),
    'not empty' => fn () => !@rmdir("$data/one"),
    'remove directories' => fn () => rmdir("$data/one/two") && rmdir("$data/one"),
    'gone' => fn () => !file_exists("$data/one"),
];
$failed = [];
foreach ($steps as $name => $step) {
    // PHP remembers what it last asked about a file.
    clearstatcache();
    if ($step() !== true) {
        $failed[] = $name;
    }
}
echo json_encode($failed);
