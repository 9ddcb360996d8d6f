// A business outcome is a value: Result<T, E> is std::expected under the name
// the project uses. libstdc++ 12 has no monadic members; COBRO_TRY_INTO binds a
// value or returns the error from the enclosing plain function.
#pragma once

#include <expected>
#include <utility>

namespace cobro::base {

template <class T, class E>
using Result = std::expected<T, E>;

}  // namespace cobro::base

// NOLINTBEGIN(bugprone-macro-parentheses): `declaration` is a declaration.
#define COBRO_TRY_INTO(declaration, expression) \
  COBRO_TRY_INTO_(declaration, expression, COBRO_TRY_NAME_(__LINE__))
#define COBRO_TRY_NAME_(line) COBRO_TRY_CAT_(cobro_try_, line)
#define COBRO_TRY_CAT_(a, b) a##b
#define COBRO_TRY_INTO_(declaration, expression, name)        \
  auto&& name = (expression);                                 \
  if (!name) return std::unexpected(std::move(name).error()); \
  declaration = *std::forward<decltype(name)>(name)
// NOLINTEND(bugprone-macro-parentheses)
