// One image into a directory that is an OCI image layout, new or existing: other images in it stay.
#pragma once

#include <stop_token>

#include "builder/export/image_export.h"

namespace cooper::export_ {

void write_image_layout(const Image& image, const Destination& destination,
                        const store::Store& store, std::stop_token stop);

}  // namespace cooper::export_
