# cobro_embed_checkout_page(target): builds web/checkout with Node and links the outcome,
# compressed, to the target (src/surfaces/checkout/files.h declares it). A library of its own:
# it waits for no other, and a change of the page compiles this one object.
function(cobro_embed_checkout_page target)
  set(page ${PROJECT_SOURCE_DIR}/web/checkout)
  set(node ${PROJECT_SOURCE_DIR}/build/node/bin/node)  # scripts/install puts it there
  if(NOT EXISTS ${node})
    find_program(node_found node NO_CACHE)
    set(node ${node_found})
  endif()
  set(version 0)
  if(node)
    execute_process(COMMAND ${node} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(REPLACE "v" "" version "${version}")
  endif()
  if(version VERSION_LESS 20.19)
    message(FATAL_ERROR
      "The checkout page (web/checkout) is built with Node 20.19 or newer, and there is none. "
      "`scripts/install build` brings one on Debian; elsewhere install Node and run it again.")
  endif()
  if(NOT EXISTS ${page}/node_modules/vite)
    message(FATAL_ERROR
      "The npm packages that build the checkout page are missing. Bring them with "
      "`scripts/install build`, or with `npm ci` in web/checkout.")
  endif()

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${page}/src/*)
  set(generated ${PROJECT_BINARY_DIR}/generated/checkout_files.cpp)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${node} ${page}/embed.mjs ${PROJECT_BINARY_DIR}/checkout ${generated}
    DEPENDS ${sources} ${page}/index.html ${page}/embed.mjs ${page}/vite.config.js
            ${page}/package-lock.json
    WORKING_DIRECTORY ${page}
    COMMENT "Building the checkout page"
    VERBATIM)
  add_library(cobro_checkout_page STATIC ${generated})
  target_include_directories(cobro_checkout_page PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC cobro_checkout_page)
endfunction()
