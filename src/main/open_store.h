// The store as commands open it, and how a command awaits what it does.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "main/configuration/configuration.h"
#include "net/loop.h"
#include "ports/store.h"

namespace cobro {

// Migrates, then opens. In production a database that may lose acknowledged commits is refused.
// Throws what an operator should read.
std::unique_ptr<ports::Store> open_store(const configuration::Configuration& configuration,
                                         net::Loop& loop, ports::Clock& clock,
                                         ports::Random& random);

// False, and said on standard error, when it is a SQLite file that is not there: for commands
// that must not make one.
bool has_database(const configuration::Configuration& configuration, const char* command);

// Runs the loop until the task has ended, and gives its value; for commands that do one thing.
template <class T>
T run_to_end(net::Loop& loop, base::Task<T> task) {
  std::optional<T> value;
  std::exception_ptr failure;
  base::TaskGroup group([&](std::string_view, std::exception_ptr thrown) {
    failure = std::move(thrown);
    loop.stop();
  });
  // A function with parameters: a coroutine that captures would outlive its captures.
  const auto keep = [](base::Task<T> running, std::optional<T>& result,
                       net::Loop& stopping) -> base::Task<void> {
    result.emplace(co_await running);
    stopping.stop();
  };
  loop.post([&] { group.spawn("command", keep(std::move(task), value, loop)); });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

}  // namespace cobro
