// All processes below this one, without a pid namespace: what loses its parent becomes ours
// (PR_SET_CHILD_SUBREAPER), so none gets away.
#pragma once

#include <sys/types.h>

#include <set>

namespace cooper::sandbox {

// From now on descendants whose parent ends become children of this process. Throws Error.
void become_subreaper();

// Kills and reaps every descendant but `spared` (children of this process) and returns when there
// are none.
void kill_descendants(const std::set<pid_t>& spared);

}  // namespace cooper::sandbox
