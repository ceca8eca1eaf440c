<?php
// What one customer's script sees: its own path, and what of the others it can reach.
$own = $_SERVER['USER'];
header('Content-Type: text/plain');
echo "I am:             $own\n";
echo 'this page is:     ', __FILE__, "\n";
echo 'the root holds:   ', implode(' ', array_diff(scandir('/'), ['.', '..'])), "\n";
foreach (['alice', 'bob', 'carol'] as $name)
    if ($name != $own)
        echo str_pad("page of $name:", 18), @file_get_contents("/srv/jails/$name/htdocs/page.txt") ?: "out of reach\n";
@file_put_contents('/tmp/left-by-' . $own, '');
echo 'files in /tmp:    ', implode(' ', preg_grep('/^left-by-/', scandir('/tmp'))), "\n";
