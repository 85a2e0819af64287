// For what reads up to a number of bytes and does not know which limit that is.
#pragma once

#include "base/limits.h"

namespace cooper::base {

// What `read` gives for the limit's number; an Error(limit) it throws gets the limit's hint, unless
// it has one: that of a limit within.
template <class Read>
auto within(Limit limit, const Read& read) {
  try {
    return read(limit_of(limit));
  } catch (Error& error) {
    if (error.kind() == ErrorKind::limit && error.hint().empty())
      error.with_hint(limit_hint(limit));
    throw;
  }
}

}  // namespace cooper::base
