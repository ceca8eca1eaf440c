<?php
// A page that needs all of the site's services: it counts its requests in MariaDB and in redis.
// SPDX-License-Identifier: Apache-2.0
require "../servers.php";
session_start();
$database = mysqli_connect(DATABASE, "site", "secret", "site");
$database->query("UPDATE counter SET count = count + 1");
$cache = new Redis();
$cache->connect(...CACHE);
echo json_encode([
	"database" => (int)$database->query("SELECT count FROM counter")->fetch_column(),
	"cache" => $cache->incr("counter"),
	"session" => session_id() != "",
	"zone" => (new DateTime("2026-07-01 12:00", new DateTimeZone("Europe/Berlin")))->format("P"),
]);
