#include "oci/platform.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/suggest.h"

namespace cooper::oci {
