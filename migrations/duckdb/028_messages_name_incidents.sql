-- A message names the incidents that its link acknowledges.

alter table incidents drop column said_in;
