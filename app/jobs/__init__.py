"""Work that is done later: the job row in the database is the truth, a transport only says that there is one."""
