// The list of the store's images, which `images` and `ls` print.
#pragma once

#include "cli/globals.h"

namespace cooper::cli {

void list_store_images(bool json, const Globals& globals);

}  // namespace cooper::cli
