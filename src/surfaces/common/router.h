// The table of routes. Literal segments win over parameters; a path is looked at segment by
// segment before it is decoded, so that an encoded slash stays inside its parameter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surfaces/common/exchange.h"

namespace cobro::surfaces {

// Routes below one path, and how what goes wrong there is rendered before any of them is found.
struct Surface {
  std::string base_path;  // "/payments"; empty: everything that is below no other
  RenderError render_error = nullptr;
  std::vector<Route> routes;
};

class Router {
 public:
  // One surface at least has an empty base path. Two routes of one method and path are a bug.
  explicit Router(std::vector<Surface> surfaces);

  struct Match {
    const Route* route = nullptr;          // null: no such path, or not by this method
    std::vector<std::string> path_values;  // decoded
    std::string allow;                     // methods of the path; empty: no such path
    const Route* any = nullptr;            // some route of the path
    RenderError render_error = nullptr;    // of the surface that the path is below
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
  struct Base {
    std::string path;
    RenderError render_error;
  };
  void add(std::size_t index);
  [[nodiscard]] const Template* find(const std::vector<std::string_view>& segments) const;
  [[nodiscard]] RenderError words_at(std::string_view path) const;
  std::vector<Base> bases_;  // longest first
  std::vector<Route> routes_;
  std::vector<Template> templates_;
};

}  // namespace cobro::surfaces
