<?php

// The host names of the three parts of the site (routes/web.php).
return [
    'site' => env('SITE_DOMAIN', 'site.example.test'),
    'account' => env('ACCOUNT_DOMAIN', 'account.example.test'),
    'admin' => env('ADMIN_DOMAIN', 'admin.example.test'),
];
