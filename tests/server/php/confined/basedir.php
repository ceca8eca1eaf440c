<?php
// Reads files that open_basedir allows, and others.
// SPDX-License-Identifier: Apache-2.0
function attempt(string $path): bool
{
    return @file_get_contents($path) !== false;
}
$root = $_SERVER['DOCUMENT_ROOT'];
echo json_encode([
    'setting' => ini_get('open_basedir'),
    'allowed' => [
        'relative' => attempt('page.txt'),
        'outside path' => attempt("$root/confined/page.txt"),
        'dots' => attempt("$root/included/../confined/page.txt"),
        'included' => (@include "$root/confined/page.php") === 'a page',
        'temporary' => (bool) @tempnam("{$_SERVER['DOCUMENT_ROOT']}/../tmp", 'basedir'),
        'new' => @file_put_contents("$root/../tmp/new", 'text') === 4,
    ],
    'refused' => [
        'relative' => attempt('../index.html'),
        'outside path' => attempt("$root/index.html"),
        'inside path' => attempt('/htdocs/index.html'),
        'sibling' => attempt("$root/confined-beside/page.txt"),
        'dots' => attempt("$root/confined/../index.html"),
        'symlink' => attempt('link'),
        'written' => @file_put_contents("$root/../data/refused", 'text') !== false,
        'canary' => attempt("$root/../../canary"),
        'password' => attempt('/etc/passwd'),
        'included' => (@include "$root/confined-out/page.php") !== false,
        'listed' => @scandir($root) !== false,
        'seen' => @file_exists("$root/index.html"),
    ],
]);
