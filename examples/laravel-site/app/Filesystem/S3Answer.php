<?php

namespace App\Filesystem;

class S3Answer
{
    /** @param  array<string, string>  $headers  names in lower case */
    public function __construct(public int $status, public array $headers, public string $body)
    {
    }

    public function error(): string
    {
        preg_match('#<Code>([^<]*)</Code>#', $this->body, $code);

        return trim("status {$this->status} ".($code[1] ?? ''));
    }
}
