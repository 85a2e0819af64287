// A bounded number of threads over a list of jobs; the first exception stops the others and is
// thrown again.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace cooper::registry {

// Calls job(i, stop) for i in [0, count). `stop` of the jobs is requested when `outer` is or when a
// job has failed.
void for_each_parallel(std::size_t count, unsigned threads, const std::stop_token& outer,
                       const std::function<void(std::size_t, const std::stop_token&)>& job);

}  // namespace cooper::registry
