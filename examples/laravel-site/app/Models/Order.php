<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;

/**
 * @property string $cask
 * @property int $amount
 */
class Order extends Model
{
    protected $fillable = ['cask', 'amount'];

    protected $casts = ['amount' => 'integer'];
}
