<?php

namespace App\Models;

use Illuminate\Foundation\Auth\User as Authenticatable;

/**
 * @property string $name
 * @property string $email
 * @property string|null $vat_number encrypted with APP_KEY in the database
 * @property string|null $picture path on the disk of uploads
 */
class User extends Authenticatable
{
    protected $fillable = ['name', 'email', 'password', 'vat_number', 'picture'];

    protected $hidden = ['password', 'remember_token'];

    protected $casts = ['password' => 'hashed', 'vat_number' => 'encrypted'];
}
