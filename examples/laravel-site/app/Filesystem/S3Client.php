<?php

namespace App\Filesystem;

use RuntimeException;

/** Signed requests for the objects of one bucket: AWS Signature Version 4, the bucket in the path. */
class S3Client
{
    /** @param  array{endpoint: string, region: string, bucket: string, key: string, secret: string}  $settings */
    public function __construct(private array $settings)
    {
    }

    public function pathOf(string $object): string
    {
        return '/'.$this->settings['bucket'].($object === '' ? '' : '/'.str_replace('%2F', '/', rawurlencode($object)));
    }

    /**
     * @param  array<string, string>  $query
     * @param  array<string, string>  $headers  names in lower case
     */
    public function request(string $method, string $object, array $query = [], string $body = '', array $headers = []): S3Answer
    {
        ksort($query);
        $path = $this->pathOf($object);
        $queryString = http_build_query($query, '', '&', PHP_QUERY_RFC3986);
        $headers += [
            'host' => (string) preg_replace('#^https?://#', '', $this->settings['endpoint']),
            'x-amz-content-sha256' => hash('sha256', $body),
            'x-amz-date' => gmdate('Ymd\THis\Z'),
        ];
        $headers['authorization'] = $this->authorization($method, $path, $queryString, $headers);

        return $this->send($method, $this->settings['endpoint'].$path.($queryString === '' ? '' : "?{$queryString}"), $headers, $body);
    }

    /** @param  array<string, string>  $headers */
    private function authorization(string $method, string $path, string $query, array $headers): string
    {
        ksort($headers);
        $names = implode(';', array_keys($headers));
        $lines = implode('', array_map(fn ($name, $value) => "{$name}:{$value}\n", array_keys($headers), $headers));
        $request = "{$method}\n{$path}\n{$query}\n{$lines}\n{$names}\n{$headers['x-amz-content-sha256']}";

        $day = substr($headers['x-amz-date'], 0, 8);
        $scope = "{$day}/{$this->settings['region']}/s3/aws4_request";
        $text = "AWS4-HMAC-SHA256\n{$headers['x-amz-date']}\n{$scope}\n".hash('sha256', $request);

        $key = 'AWS4'.$this->settings['secret'];
        foreach ([$day, $this->settings['region'], 's3', 'aws4_request'] as $part) {
            $key = hash_hmac('sha256', $part, $key, true);
        }

        return "AWS4-HMAC-SHA256 Credential={$this->settings['key']}/{$scope}, SignedHeaders={$names}, Signature="
            .hash_hmac('sha256', $text, $key);
    }

    /** @param  array<string, string>  $headers */
    private function send(string $method, string $url, array $headers, string $body): S3Answer
    {
        $received = [];
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_NOBODY => $method === 'HEAD',
            CURLOPT_HTTPHEADER => array_map(fn ($name, $value) => "{$name}: {$value}", array_keys($headers), $headers),
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_CONNECTTIMEOUT => 5,
            CURLOPT_TIMEOUT => 60,
            CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$received): int {
                if (str_contains($line, ':')) {
                    [$name, $value] = explode(':', $line, 2);
                    $received[strtolower($name)] = trim($value);
                }

                return strlen($line);
            },
        ]);
        if ($method === 'PUT') {
            curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
        }
        $answer = curl_exec($curl);
        if ($answer === false) {
            throw new RuntimeException("{$method} {$url}: ".curl_error($curl));
        }

        return new S3Answer(curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $received, $answer);
    }
}
