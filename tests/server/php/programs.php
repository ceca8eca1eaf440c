<?php
// Programs of the jail, started in each way that PHP has.
// SPDX-License-Identifier: Apache-2.0
$jail = dirname($_SERVER['DOCUMENT_ROOT']);
exec('pwd; ls /', $lines, $status);
ob_start();
passthru('echo passed; exit 3', $passed);
$output = ob_get_clean();
ob_start();
system('echo system');
$output .= ob_get_clean();

function run($command, ?string $directory, ?array $environment = null): array
{
    $streams = [['pipe', 'r'], ['pipe', 'w'], ['file', sys_get_temp_dir() . '/errors', 'a']];
    $process = proc_open($command, $streams, $pipes, $directory, $environment);
    fwrite($pipes[0], 'to a program');
    fclose($pipes[0]);
    $text = stream_get_contents($pipes[1]);
    return [$text, proc_close($process)];
}

$stream = popen('cat > /data/popen', 'w');
fwrite($stream, 'to a pipe');
echo json_encode([
    'lines' => $lines,
    'status' => $status,
    'passed' => [$output, $passed],
    'environment' => explode("\n", trim(shell_exec('env'))),
    'dynamic' => shell_exec('/bin/dynamic-env /bin/echo reached'),
    'by_shell' => run('pwd; cat; exit 5', "$jail/data", ['DOCUMENT_ROOT' => "$jail/htdocs"]),
    'by_path' => run(["$jail/bin/cat"], null),
    'by_name' => run(['cat'], null),
    'missing' => [shell_exec('/bin/none'), proc_close(proc_open(['/bin/none'], [], $none))],
    'outside' => shell_exec('cat /etc/debian_version'),
    'popen' => [pclose($stream), file_get_contents("$jail/data/popen")],
    'mail' => mail('somebody@example.org', 'subject', 'the text of a mail'),
    'mailed' => file_get_contents("$jail/data/mail"),
], JSON_THROW_ON_ERROR);
