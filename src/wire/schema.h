// The named schemas of an OpenAPI document, collected while its operations are written.
#pragma once

#include <map>
#include <string>

#include "wire/json.h"

namespace cobro::wire {

class SchemaRegistry {
 public:
  using Make = Json (*)(SchemaRegistry&);

  // Gives {"$ref": …} to the schema of that name, which is made the first time. Two makers of one
  // name are a bug.
  Json reference(const std::string& name, Make make);
  // Gives the members of `components/schemas`, by name.
  [[nodiscard]] Json schemas() const;

 private:
  struct Entry {
    Make make = nullptr;
    Json schema;
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace cobro::wire
