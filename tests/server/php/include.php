<?php
// One file, included by a relative and by its outside path, and by its inside path if there is one.
// SPDX-License-Identifier: Apache-2.0
$outside = __DIR__ . '/included/counted.php';
$inside = '/' . basename(__DIR__) . '/included/counted.php';
$named = [include 'included/counted.php'];
$first = [include_once 'included/counted.php', include_once $outside,
    require_once __DIR__ . '/../htdocs/./included//counted.php'];
set_include_path(__DIR__ . '/included');
$first[] = include_once 'counted.php';
echo json_encode([
    'names' => $named,
    'once' => $first,
    'loaded' => $loaded,
    'by_inside_path' => is_file($inside) ? [include_once $inside, include_once $inside] : null,
    'loaded_then' => $loaded,
]);
