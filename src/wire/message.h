// Request and Reply: HTTP messages as plain values. `net` makes them from sockets, the
// simulator and the tests make them by hand; a surface is a function from one to the other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"

namespace cobro::wire {

struct Header {
  std::string name;  // as it came; compared without case
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  // Finds the first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  void add(std::string name, std::string value);
  // Replaces every field of that name.
  void set(std::string name, std::string value);
  void remove(std::string_view name);

  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  friend bool operator==(const Headers&, const Headers&) = default;

 private:
  std::vector<Header> fields_;
};

struct Request {
  std::string method;  // as sent: "GET"
  std::string path;    // raw, before percent-decoding, without the query
  std::string query;   // raw, without '?'
  Headers headers;
  std::string body;
  std::string peer;  // remote address without port; empty when there is none
};

struct Reply {
  int status = 200;
  Headers headers;
  std::string body;
};

Reply json_reply(int status, std::string body);

// A handler lives as long as the server that calls it, and may be called again before an earlier
// call has ended. The Request is the callee's.
using Handler = std::function<base::Task<Reply>(Request)>;

}  // namespace cobro::wire
