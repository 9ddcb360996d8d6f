// The table of routes. Literal segments win over parameters; a path is looked at segment by
// segment before it is decoded, so that an encoded slash stays inside its parameter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surfaces/common/exchange.h"

namespace cobro::surfaces {

class Router {
 public:
  // Two routes of one method and path are a bug.
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;          // null: no such path, or not by this method
    std::vector<std::string> path_values;  // decoded
    std::string allow;                     // methods of the path; empty: no such path
    const Route* any = nullptr;            // some route of the path: whose words to use
  };
  // HEAD is served by GET's route.
  [[nodiscard]] Match match(std::string_view method, std::string_view path) const;
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Template {
    std::string path;
    std::vector<std::string> segments;  // "{id}" is a parameter
    std::vector<std::size_t> routes;    // indices
  };
  [[nodiscard]] const Template* find(const std::vector<std::string_view>& segments) const;
  std::vector<Route> routes_;
  std::vector<Template> templates_;
};

}  // namespace cobro::surfaces
