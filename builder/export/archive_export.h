// One image as a tar archive: an OCI image layout, which is also what docker load reads when
// manifest.json is in it.
#pragma once

#include <stop_token>
#include <string>

#include "builder/export/image_export.h"

namespace cooper::export_ {

// Kind::oci or Kind::docker.
void write_image_archive(const Image& image, const Destination& destination,
                         const store::Store& store, std::stop_token stop);

}  // namespace cooper::export_
