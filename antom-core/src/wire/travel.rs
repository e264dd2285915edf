//! Journeys and hotel stays within an order.
//! Which trades must send them is left to the gateway's rules.

use super::words::{ClassType, PassengerIdType, TransitType};
use super::{Address, UserName};
use crate::time::WireTime;

message! {
    /// A journey.
    pub struct Transit {
        optional {
            /// Means of transport.
            transit_type: TransitType = "transitType",
            /// Parts of the journey.
            legs: Vec<Leg> = "legs",
            /// Who travels.
            passengers: Vec<Passenger> = "passengers",
            /// Code of the agency.
            agent_code: String = "agentCode",
            /// Name of the agency.
            agent_name: String = "agentName",
            /// Number of the ticket.
            ticket_number: String = "ticketNumber",
            /// Code of who issued it.
            ticket_issuer_code: String = "ticketIssuerCode",
            /// Whether it can be given back.
            restricted_ticket_indicator: String = "restrictedTicketIndicator",
            /// Services beside the journey.
            ancillary_data: AncillaryData = "ancillaryData",
        }
    }
}

message! {
    /// One part of a journey.
    pub struct Leg {
        optional {
            /// Start.
            departure_time: WireTime = "departureTime",
            /// End.
            arrival_time: WireTime = "arrivalTime",
            /// From where.
            departure_address: Address = "departureAddress" hidden,
            /// To where.
            arrival_address: Address = "arrivalAddress" hidden,
            /// Who carries; at most 128 characters.
            carrier_name: String = "carrierName",
            /// Number of the train or ship; at most 64 characters.
            carrier_no: String = "carrierNo",
            /// Class of the seat.
            class_type: ClassType = "classType",
            /// Three letters of the airport.
            departure_airport_code: String = "departureAirportCode",
            /// Three letters of the airport.
            arrival_airport_code: String = "arrivalAirportCode",
            /// Basis of the fare.
            fare_basis: String = "fareBasis",
            /// Number of the coupon.
            coupon_number: String = "couponNumber",
            /// Number of the flight.
            flight_number: String = "flightNumber",
            /// Record locator of the booking; whoever knows it may change the journey.
            passenger_name_record: String = "passengerNameRecord" hidden,
        }
    }
}

message! {
    /// Who travels.
    pub struct Passenger {
        optional {
            /// Name of the passenger.
            passenger_name: UserName = "passengerName" hidden,
            /// At most 64 characters.
            passenger_email: String = "passengerEmail" hidden,
            /// At most 32 characters.
            passenger_phone_no: String = "passengerPhoneNo" hidden,
            /// Number of the document.
            passenger_id: String = "passengerId" hidden,
            /// Kind of the document.
            passenger_id_type: PassengerIdType = "passengerIdType",
            /// The carrier's code of the passenger.
            passenger_code: String = "passengerCode" hidden,
        }
    }
}

message! {
    /// Services beside the journey.
    pub struct AncillaryData {
        optional {
            /// The services.
            services: Vec<AncillaryService> = "services",
            /// Ticket that they belong to.
            connected_ticket_number: String = "connectedTicketNumber",
        }
    }
}

message! {
    /// A service beside the journey, such as luggage.
    pub struct AncillaryService {
        optional {
            /// Code of the category.
            category_code: String = "categoryCode",
            /// Code within the category.
            sub_category_code: String = "subCategoryCode",
        }
    }
}

message! {
    /// A stay at a hotel.
    pub struct Lodging {
        optional {
            /// At most 128 characters.
            hotel_name: String = "hotelName",
            /// Where it is.
            hotel_address: Address = "hotelAddress" hidden,
            /// First day.
            check_in_date: WireTime = "checkInDate",
            /// Last day.
            check_out_date: WireTime = "checkOutDate",
            /// How many nights.
            number_of_nights: i64 = "numberOfNights",
            /// How many rooms.
            number_of_rooms: i64 = "numberOfRooms",
            /// Who stays.
            guest_names: Vec<UserName> = "guestNames" hidden,
        }
    }
}
