<?php
// An SQLite data base: made by the first request, read and written by the next.
// SPDX-License-Identifier: Apache-2.0
$data = dirname($_SERVER['DOCUMENT_ROOT']) . '/data';
$mode = $_GET['mode'];
$path = "$data/$mode.sqlite";
$base = new PDO("sqlite:$path", options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$answer = ['mode' => $base->query("PRAGMA journal_mode = $mode")->fetchColumn()];
$base->exec('CREATE TABLE IF NOT EXISTS notes (text TEXT)');
$base->beginTransaction();
$base->prepare('INSERT INTO notes VALUES (?)')->execute([$_GET['text']]);
// The journal shows while the transaction is open.
$answer['files'] = array_map('basename', glob("$path*"));
$base->commit();
$notes = $base->query('SELECT text FROM notes ORDER BY rowid');
$answer['notes'] = $notes->fetchAll(PDO::FETCH_COLUMN);
$answer['path'] = $base->query('PRAGMA database_list')->fetch(PDO::FETCH_ASSOC)['file'];
// More than its cache holds is sorted in a temporary file.
$base->exec('PRAGMA cache_size = 5; PRAGMA temp_store = 1');
$sorted = $base->query('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
    WHERE i < 20000) SELECT hex(randomblob(50)) AS r FROM n ORDER BY r');
$answer['sorted'] = count($sorted->fetchAll());
$answer['attached'] = $base->exec("ATTACH '$data/attached.sqlite' AS other");
$base->exec('CREATE TABLE IF NOT EXISTS other.notes (text TEXT)');
$base->exec('VACUUM');
echo json_encode($answer);
