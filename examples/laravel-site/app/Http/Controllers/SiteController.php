<?php

namespace App\Http\Controllers;

use Illuminate\Contracts\View\View;

class SiteController
{
    public function __invoke(): View
    {
        return view('site', [
            'casks' => [
                ['name' => 'Firkin', 'litres' => 41],
                ['name' => 'Kilderkin', 'litres' => 82],
                ['name' => 'Hogshead', 'litres' => 245],
            ],
        ]);
    }
}
