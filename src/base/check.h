// Always-on checks. A check that fails is a bug in Cobro, never something a
// caller did: it throws Bug, which only three places catch (the write pipeline,
// the connection loop, the job loop); they roll back, log it and answer 500.
#pragma once

#include <source_location>
#include <stdexcept>

namespace cobro::base {

class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_check(const char* expression, std::source_location where);

}  // namespace cobro::base

#define COBRO_CHECK(expression)                                                \
  do {                                                                         \
    if (!(expression)) [[unlikely]]                                            \
      ::cobro::base::fail_check(#expression, std::source_location::current()); \
  } while (false)
