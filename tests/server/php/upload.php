<?php
// Moves an uploaded file to where it shall stay.
// SPDX-License-Identifier: Apache-2.0
$file = $_FILES['file'];
$target = dirname($_SERVER['DOCUMENT_ROOT']) . '/data/' . basename($file['name']);
echo json_encode([
    'error' => $file['error'],
    'temporary' => $file['tmp_name'],
    'is_uploaded' => is_uploaded_file($file['tmp_name']),
    'other_is_uploaded' => is_uploaded_file(__FILE__),
    'moved' => move_uploaded_file($file['tmp_name'], $target),
    'left' => file_exists($file['tmp_name']),
    'target' => realpath($target),
    'size' => filesize($target),
    'field' => $_POST['field'],
]);
