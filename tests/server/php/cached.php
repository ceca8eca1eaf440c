<?php
// What the opcode cache knows of a page that it is asked to include.
// SPDX-License-Identifier: Apache-2.0
$path = __DIR__ . '/' . basename($_GET['page']);
$answer = include $path;
$status = opcache_get_status();
echo json_encode([
    'answer' => $answer,
    'enabled' => $status['opcache_enabled'],
    'scripts' => array_column($status['scripts'], 'full_path'),
    'hits' => $status['scripts'][$path]['hits'] ?? null,
    'cached' => opcache_is_script_cached($path),
]);
