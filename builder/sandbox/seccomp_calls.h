// The system calls Docker's default profile allows without a condition, for the default
// capabilities. A name that this machine's libseccomp or processor does not have is left out.
#pragma once

namespace cooper::sandbox {

// One string, names separated by blanks.
extern const char* const kAllowedCalls;

}  // namespace cooper::sandbox
