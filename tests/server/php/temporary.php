<?php
// Temporary files, by name and without one.
// SPDX-License-Identifier: Apache-2.0
$jail = dirname($_SERVER['DOCUMENT_ROOT']);
$named = tempnam("$jail/tmp", 'named-');
$default = tempnam(sys_get_temp_dir(), 'default-');
$elsewhere = @tempnam("$jail/none", 'elsewhere-');
$file = tmpfile();
fwrite($file, 'some text');
rewind($file);
$large = fopen('php://temp/maxmemory:16', 'w+');
fwrite($large, str_repeat('x', 1000));
rewind($large);
$answer = [
    'directory' => sys_get_temp_dir(),
    'named' => $named,
    'default' => $default,
    'elsewhere' => $elsewhere,
    'real' => array_map('realpath', [$named, $default, $elsewhere]),
    'tmpfile' => stream_get_meta_data($file)['uri'],
    'tmpfile_exists' => is_file(stream_get_meta_data($file)['uri']),
    'read' => stream_get_contents($file),
    'large' => strlen(stream_get_contents($large)),
    'modes' => array_map(fn ($path) => fileperms($path) & 0777, [$named, $default]),
];
array_map('unlink', [$named, $default, $elsewhere]);
$answer['left'] = array_map('file_exists', [$named, $default, $elsewhere]);
echo json_encode($answer);
