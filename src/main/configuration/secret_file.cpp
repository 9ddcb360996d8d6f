#include "main/configuration/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "base/bytes.h"

namespace cobro::configuration {
namespace {

constexpr std::size_t kLeastBytes = 32;

std::string random_hex(ports::Random& random, std::size_t bytes) {
  std::string raw(bytes, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  return base::to_hex(raw);
}

base::Secret read_secret_file(const std::string& path) {
  std::ifstream file(path);
  std::string text(std::istreambuf_iterator<char>(file), {});
  while (text.ends_with('\n')) text.pop_back();
  if (text.size() < kLeastBytes)
    throw std::runtime_error("`" + path + "` holds no key; remove it and a new one is made");
  return base::Secret(std::move(text));
}

}  // namespace

std::optional<base::Secret> existing_secret_of_file(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) return std::nullopt;
  return read_secret_file(path);
}

// Two processes may start at once: the file appears whole and only once, under its name by
// link(2), and the one that comes second reads what the first wrote.
base::Secret secret_of_file(const std::string& path, ports::Random& random) {
  if (auto secret = existing_secret_of_file(path)) return std::move(*secret);
  const std::string draft = path + "." + random_hex(random, 8);
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    throw std::system_error(errno, std::generic_category(), "cannot write `" + draft + "`");
  const std::string text = random_hex(random, 32) + "\n";
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(file) == 0;
  const int failure = errno;
  close(file);
  if (written) static_cast<void>(link(draft.c_str(), path.c_str()));
  unlink(draft.c_str());
  if (!written)
    throw std::system_error(failure, std::generic_category(), "cannot write `" + path + "`");
  return read_secret_file(path);
}

}  // namespace cobro::configuration
