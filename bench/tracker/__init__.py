"""django-helpdesk furnished, filled, served and worked at; what is measured of it stands in `helpdesk`."""
