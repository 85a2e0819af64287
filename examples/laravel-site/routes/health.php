<?php

use App\Http\Controllers\HealthController;
use Illuminate\Support\Facades\Route;

// Outside every domain group and without a session: a probe may ask under any host name.
Route::get('/up', HealthController::class)->name('health');
