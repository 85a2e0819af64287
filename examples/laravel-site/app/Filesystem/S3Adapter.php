<?php

namespace App\Filesystem;

use League\Flysystem\Config;
use League\Flysystem\DirectoryAttributes;
use League\Flysystem\FileAttributes;
use League\Flysystem\FilesystemAdapter;
use League\Flysystem\UnableToCheckExistence;
use League\Flysystem\UnableToCopyFile;
use League\Flysystem\UnableToDeleteFile;
use League\Flysystem\UnableToMoveFile;
use League\Flysystem\UnableToReadFile;
use League\Flysystem\UnableToRetrieveMetadata;
use League\Flysystem\UnableToSetVisibility;
use League\Flysystem\UnableToWriteFile;

/**
 * Flysystem on a bucket of an S3-compatible store.
 *
 * A site that takes its packages from Packagist requires league/flysystem-aws-s3-v3 instead, with the same
 * settings; that package and the SDK below it are not in Debian. Directories are what names have in common,
 * as everywhere in S3. Objects are private; visibility is the bucket's affair.
 */
class S3Adapter implements FilesystemAdapter
{
    public function __construct(private S3Client $client)
    {
    }

    public function fileExists(string $path): bool
    {
        $status = $this->client->request('HEAD', $path)->status;

        return match ($status) {
            200 => true,
            404 => false,
            default => throw UnableToCheckExistence::forLocation($path, new \RuntimeException("status {$status}")),
        };
    }

    public function directoryExists(string $path): bool
    {
        foreach ($this->listContents($path, true) as $entry) {
            return true;
        }

        return false;
    }

    public function write(string $path, string $contents, Config $config): void
    {
        $type = (new \finfo(FILEINFO_MIME_TYPE))->buffer($contents) ?: 'application/octet-stream';
        $answer = $this->client->request('PUT', $path, body: $contents, headers: ['content-type' => $type]);
        if ($answer->status !== 200) {
            throw UnableToWriteFile::atLocation($path, $answer->error());
        }
    }

    public function writeStream(string $path, $contents, Config $config): void
    {
        $this->write($path, (string) stream_get_contents($contents), $config);
    }

    public function read(string $path): string
    {
        $answer = $this->client->request('GET', $path);
        if ($answer->status !== 200) {
            throw UnableToReadFile::fromLocation($path, $answer->error());
        }

        return $answer->body;
    }

    public function readStream(string $path)
    {
        $stream = fopen('php://temp', 'w+b');
        fwrite($stream, $this->read($path));
        rewind($stream);

        return $stream;
    }

    public function delete(string $path): void
    {
        $answer = $this->client->request('DELETE', $path);
        if (! in_array($answer->status, [200, 204, 404], true)) {
            throw UnableToDeleteFile::atLocation($path, $answer->error());
        }
    }

    public function deleteDirectory(string $path): void
    {
        foreach ($this->listContents($path, true) as $entry) {
            $this->delete($entry->path());
        }
    }

    public function createDirectory(string $path, Config $config): void
    {
        // There are none: a name may have slashes at once.
    }

    public function setVisibility(string $path, string $visibility): void
    {
        throw UnableToSetVisibility::atLocation($path, 'objects have the visibility of their bucket');
    }

    public function visibility(string $path): FileAttributes
    {
        throw UnableToRetrieveMetadata::visibility($path, 'objects have the visibility of their bucket');
    }

    public function mimeType(string $path): FileAttributes
    {
        return $this->attributes($path, 'mimeType');
    }

    public function lastModified(string $path): FileAttributes
    {
        return $this->attributes($path, 'lastModified');
    }

    public function fileSize(string $path): FileAttributes
    {
        return $this->attributes($path, 'fileSize');
    }

    public function listContents(string $path, bool $deep): iterable
    {
        $prefix = $path === '' ? '' : rtrim($path, '/').'/';
        $query = ['list-type' => '2', 'prefix' => $prefix] + ($deep ? [] : ['delimiter' => '/']);
        do {
            $answer = $this->client->request('GET', '', $query);
            if ($answer->status !== 200) {
                throw UnableToCheckExistence::forLocation($path, new \RuntimeException($answer->error()));
            }
            $list = new \SimpleXMLElement($answer->body);
            foreach ($list->Contents as $item) {
                yield new FileAttributes((string) $item->Key, (int) $item->Size, null, strtotime((string) $item->LastModified) ?: null);
            }
            foreach ($list->CommonPrefixes as $item) {
                yield new DirectoryAttributes(rtrim((string) $item->Prefix, '/'));
            }
            $query['continuation-token'] = (string) $list->NextContinuationToken;
        } while ((string) $list->IsTruncated === 'true');
    }

    public function move(string $source, string $destination, Config $config): void
    {
        try {
            $this->copy($source, $destination, $config);
            $this->delete($source);
        } catch (UnableToCopyFile|UnableToDeleteFile $error) {
            throw UnableToMoveFile::fromLocationTo($source, $destination, $error);
        }
    }

    public function copy(string $source, string $destination, Config $config): void
    {
        $answer = $this->client->request('PUT', $destination, headers: ['x-amz-copy-source' => $this->client->pathOf($source)]);
        if ($answer->status !== 200) {
            throw UnableToCopyFile::fromLocationTo($source, $destination, new \RuntimeException($answer->error()));
        }
    }

    private function attributes(string $path, string $wanted): FileAttributes
    {
        $answer = $this->client->request('HEAD', $path);
        if ($answer->status !== 200) {
            throw UnableToRetrieveMetadata::create($path, $wanted, $answer->error());
        }

        return new FileAttributes(
            $path,
            (int) ($answer->headers['content-length'] ?? 0),
            null,
            strtotime($answer->headers['last-modified'] ?? '') ?: null,
            $answer->headers['content-type'] ?? null,
        );
    }
}
