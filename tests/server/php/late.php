<?php
// What PHP and libc load when it is first asked for.
// SPDX-License-Identifier: Apache-2.0
$time = new DateTime('@1000000000');
$answer = [
    'utc' => date('Y-m-d H:i T', 1000000000),
    'zone' => $time->setTimezone(new DateTimeZone('+02:00'))->format('Y-m-d H:i T'),
    'iconv' => bin2hex((string) @iconv('UTF-8', 'ISO-8859-15', "\u{20ac}")),
    'locale' => setlocale(LC_ALL, 'C.UTF-8', 'C.utf8'),
    'random' => strlen(random_bytes(8)),
    'hash' => password_verify('secret', password_hash('secret', PASSWORD_BCRYPT, ['cost' => 4])),
    'xml' => simplexml_load_string('<a><b>text</b></a>')->b->__toString(),
    'host' => gethostbyname('localhost'),
    'user' => posix_getpwuid(posix_geteuid())['name'] ?? null,
];
try {
    $berlin = new DateTimeZone('Europe/Berlin');
    $answer['berlin'] = $time->setTimezone($berlin)->format('Y-m-d H:i T');
} catch (Exception $error) {
    $answer['berlin'] = $error->getMessage();
}
echo json_encode($answer);
