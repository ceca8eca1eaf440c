#!/usr/bin/perl
# Takes orders: a form, DBI with SQLite, an upload, a table in CSV, and a letter by sendmail.
# SPDX-License-Identifier: Apache-2.0
use strict;
use warnings;
use CGI;
use DBI;

# The same script runs as a program of its own and within mod_perl: nothing may be kept in globals.
my $query = CGI->new;
my $data  = "$ENV{DOCUMENT_ROOT}/../data";
my $shop  = DBI->connect("dbi:SQLite:dbname=$data/orders.sqlite", '', '', { RaiseError => 1 });
$shop->do('CREATE TABLE IF NOT EXISTS ordered (customer TEXT, goods TEXT, pieces INTEGER)');

my %pages = (list => \&list, order => \&order, table => \&table, upload => \&upload);
my $page  = $pages{ $query->param('page') // 'list' } or die "no such page";
$page->($query, $shop, $data);
$shop->disconnect;

sub list {
    my ($query, $shop) = @_;
    my $rows = $shop->selectall_arrayref('SELECT customer, goods, pieces FROM ordered ORDER BY rowid');
    print $query->header(-charset => 'utf-8'), $query->start_html('Orders'),
        $query->table(map { $query->Tr($query->td($_)) } @$rows), <<'END', $query->end_html;
<form action="/shop/orders.pl" method="post"><input type="hidden" name="page" value="order">
<input name="customer"><input name="goods"><input name="pieces"><button name="send">Order</button></form>
<form action="/shop/orders.pl" method="post" enctype="multipart/form-data">
<input type="hidden" name="page" value="upload"><input type="file" name="file"><button name="put">Put</button></form>
END
}

sub order {
    my ($query, $shop) = @_;
    my @order = map { scalar $query->param($_) } qw(customer goods pieces);
    $shop->do('INSERT INTO ordered VALUES (?, ?, ?)', undef, @order);
    open(my $letter, '|-', '/usr/sbin/sendmail', '-t', '-i') or die "sendmail: $!";
    print $letter "To: shop\@example.test\nFrom: site\@example.test\nSubject: an order\n\n",
        "$order[2] pieces of $order[1]\n";
    close($letter) or die "sendmail: $? $!";
    print $query->redirect($query->url(-path_info => 0));
}

sub table {
    my ($query, $shop) = @_;
    require Text::CSV;
    my $csv = Text::CSV->new({ binary => 1, eol => "\n" });
    print $query->header(-type => 'text/csv', -charset => 'utf-8');
    my $rows = $shop->selectall_arrayref('SELECT customer, goods, pieces FROM ordered ORDER BY rowid');
    for my $row (@$rows) {
        $csv->combine(@$row);
        print $csv->string;
    }
}

sub upload {
    my ($query, $shop, $data) = @_;
    require Digest::SHA;
    require File::Copy;
    my $digest = Digest::SHA->new(256);
    my $file   = $query->upload('file') or die "no upload: " . $query->cgi_error;
    $digest->addfile($file->handle);
    File::Copy::copy($query->tmpFileName($file), "$data/uploaded") or die "copy: $!";
    print $query->header(-type => 'text/plain'), $digest->hexdigest, ' ', -s "$data/uploaded", "\n";
}
