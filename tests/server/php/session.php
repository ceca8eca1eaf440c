<?php
// Counts the requests of a session.
// SPDX-License-Identifier: Apache-2.0
session_start();
$_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;
echo json_encode([
    'count' => $_SESSION['count'],
    'path' => session_save_path(),
    'file' => is_file(session_save_path() . '/sess_' . session_id()),
    'id' => session_id(),
]);
if (isset($_GET['end'])) {
    session_destroy();
}
