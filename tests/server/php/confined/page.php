<?php
// What open_basedir lets be included.
return 'a page';
