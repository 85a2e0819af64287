// Removal of temporary directories whose owner is dead: their lock can be taken. Private to builder/store.
#pragma once

namespace cooper::store {

// Never throws for a directory it cannot remove; the next run tries again.
void remove_dead_temp(int temp_directory) noexcept;

}  // namespace cooper::store
