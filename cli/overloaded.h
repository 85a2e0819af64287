// One lambda for each alternative of a variant.
#pragma once

namespace cooper::cli {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace cooper::cli
