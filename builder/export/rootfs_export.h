// The file system of an image: all layers applied, as a tar archive or into a directory.
#pragma once

#include <stop_token>

#include "builder/export/export_images.h"

namespace cooper::export_ {

void write_rootfs_tar(const Image& image, const Destination& destination, const ExportTools& tools,
                      std::stop_token stop);
// Into a new or empty directory directly; in one with files only what the image has is written,
// nothing is removed.
void write_rootfs_directory(const Image& image, const Destination& destination,
                            const ExportTools& tools, std::stop_token stop);

}  // namespace cooper::export_
