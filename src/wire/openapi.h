// An OpenAPI 3.1 document from the routes as they are served: each surface lists its
// operations with the DTOs that it decodes and encodes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wire/binding.h"

namespace cobro::wire {

struct Parameter {
  enum class In { path, query, header };
  std::string name;
  In in = In::query;
  bool required = false;
  Json schema;
  std::string description;
};

struct RequestBody {
  const Type* type = nullptr;  // type_of<CreateOrder>()
  std::optional<Json> example = {};
  bool required = true;
};

struct ResponseDoc {
  int status = 200;
  std::string description;
  const Type* type = nullptr;  // null: no body, or plain text of another content type
  std::optional<Json> example = {};
  std::string content_type = "application/json";
};

struct Operation {
  std::string method;  // "POST"
  std::string path;    // "/api/v1/orders/{id}"; parameters not listed below are strings
  std::string id;      // unique: "createOrder"
  std::string summary = {};
  std::string tag = {};
  std::vector<Parameter> parameters = {};
  std::optional<RequestBody> body = {};
  std::vector<ResponseDoc> responses = {};
  bool needs_bearer = true;
};

// Documents the members of a struct that decode_query reads, as parameters.
std::vector<Parameter> query_parameters(Fields fields);
template <class T>
std::vector<Parameter> query_parameters() {
  return query_parameters(fields_of<T>());
}

// Writes the document. `server` is the base URL, "/" when it is served beside the routes.
Json openapi_document(std::string_view title, std::string_view version, std::string_view server,
                      const std::vector<Operation>& operations);

}  // namespace cobro::wire
